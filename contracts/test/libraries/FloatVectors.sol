// SPDX-License-Identifier: MIT
// Printed by tools/adjudicate-vectors.ts; made again with `node tools/adjudicate-vectors.ts --write`.
pragma solidity ^0.8.28;

/// @notice Of each operator, the first 8 bytes of a digest for every 64 results that TypeScript computes.
library FloatVectors {
    uint256 internal constant EACH = 64;
    uint256 internal constant DIGESTS = 16;
    uint256 internal constant OPERATORS = 33;

    function digests(uint256 index) internal pure returns (string memory name, bytes memory first) {
        if (index == 0) {
            return (
                "fma",
                hex"e9e6af681b8442b4b5e3014a584f86bf9cc60396a357f22c3f1c0ba2066114659fc3cf253f768e341b72832124ab68ae93aa4384bf1c23caec0ef6976efefc8a5d6a79beb556dce3cad5fe1a081fab457af8f141d3c4ea42db47159d4d7aa9a996549b1ea0a6599bb1f35954978b43d88233b8e2e8a5f6b894c269b2f261a147"
            );
        }
        if (index == 1) {
            return (
                "fmaCancelling",
                hex"0f14e599e9a275ce60af990606d9f7dbec5fff1c79d8e51243804d8edf889c0a90ee37e49668f42580bc1447ba443e1448ef7d8a40ccc01824a5838dc18b587761f338fb7584f09b8bc9250be9a43098e14f9f95e75138e4f45d0f99b6e2aca1420f59bb961e5ba2736b7eb7a25b7fbe22ddf3af652bedf77b97a1563c892957"
            );
        }
        if (index == 2) {
            return (
                "add",
                hex"c1f26b990267985742f009c0d43e6e0b1cf8ad8f2623890f5e641165c20ca626c4d84d22c91303750ee85d24e712ca8826c5218433d7a7143b784396212e36fb2bdbb07b7eabeca4c020088465be1a23ce70ef1f0e92551aa77c9dd9c8dded277859fd979b5079815993f2c3971f778fca8e6dcd5ca9443e5ecbc60860f7ba97"
            );
        }
        if (index == 3) {
            return (
                "sub",
                hex"88da3cb19b1028e9eac560dd9e81cf0c5d1bb0934ae3d4594ec33d5078d628b15abb2e587318ccb94a2dd58b22caa0ab646ba9de7c791c80fe13d1cedb3873a2dd8a36c648fccb4eb362fe3a2d6bae1f3a1847e90a1847e85717858fedb5693b41f801dccaf28573ab4bc91454de592da19e90ab1ac86fdabffc77af89c1118b"
            );
        }
        if (index == 4) {
            return (
                "mul",
                hex"fa692f8fc594cbb17954e1d48be48d9957eb59492c7f5969b2c2ac178b33937a95bd2c5e8c3fc7f663bfcedeae38530d59c44a2342a225c46395efe167d591d05c123366ecb05dac054fce7309bb503ec248525201684383ff7924b37e972f86a41b810fcd339f1781a3d5dd69cf4338b8537196cc3885257c401202180131c5"
            );
        }
        if (index == 5) {
            return (
                "div",
                hex"18df92dd17d1bc77b35a0ed5fb439af9ae75b45b1547ffbf703f1c80bd90aa25711a2402f0485e9b66beebda04132659c712079b05c512fa4e7081929903922f7290ac6f8bec4b885a31b69ff2d4a2027d98b7687ca6f74fde75fb02de9b7f399354befdc413a119ab7000234f22830bdd962fe35971bb9dae0f8d1b5522ea18"
            );
        }
        if (index == 6) {
            return (
                "sqrt",
                hex"84d2a513608e2f16fdd756ad14ba72061042cd14ac02fef28ec05b0f4f9f7ee673a0498edf5c6fb9dfdf297fe3c649b786b660d8f31a5dd3225a25128cac72a21b594e8925073f49cbe61bcd06c7ea184d89f29253d3954e671e3a94a342df45538e09c0c583fc1bf1a44fc4798541828723c9974f5a5051c92455bfba3535ac"
            );
        }
        if (index == 7) {
            return (
                "floor",
                hex"d79d749d5958094e5b46fd5fea23ff79c91d81faf90f6e4e4bdd284a0f5c94decaabec792f209435d81ee84d42e00eae067dacb4ec367b447d9135523dac36e5c6e58cf150ae2cca450b37bc8ea62b0f078e88a537454f198c3346ed61f725624e4f53492f9a3d976b771dc2a752432d1751d6107acdce7a980f2d888b7fafe1"
            );
        }
        if (index == 8) {
            return (
                "ceil",
                hex"8b9a8807fd349b77f3fea26d7a426c3be5d20ded1830f2d3beca652f5d7688aa77a601ccc79d43db339c273b1dc0cb9523270483ec7bf11b66be85dfc7352370518cdaf0be9b13e2350ba2e4f3cef52490ddbaeb970625288c4a3ecbcb492454ad1b17cad24f5215a0e275a892ba963104f5d68f0504f456b6672c099e11986d"
            );
        }
        if (index == 9) {
            return (
                "round",
                hex"0c0bd0575ce6aa5f08ffc5275b53983ccbf717e357224323c5c74a7556f8c35318ab0aadb80e3ea28dcee17ede9db106d07e9b3a0436fa409a4b68558b1ea4db94ab3df179b638d555af4cdc5fa1f851e32c1a40a3f09f1e12df79a466ab4aecbaecc9000022ab8d3f0c5870a9aa3cb0b219b8e74d84060f5278268bbdaa9b5c"
            );
        }
        if (index == 10) {
            return (
                "max",
                hex"c11513a9a80681cbcd9c29b8646726392b35fc522fcceb5aa7531f3a69dcd2ee0782678f790d9ae8c0dedb2065320dc6e75a9a3f350a5fd771ae8df5a79d9d310ab01637187ea30ba0d495b3b15fd6f6c653f931b49a67260056af41aca28d38a909472496474ac555d3d03f0e7f9760d201dc5fc48c5375c6a8abd47c63eeac"
            );
        }
        if (index == 11) {
            return (
                "min",
                hex"1163227d26b93165a1c0ea895e32141cc99fb983112647734fe1982c2cc6de10a3b3510cd1b7a47d91ccf35b64e01d547b3166a2a604f68cdec1c11b0b8227d35f68176aad15b826d6b2a9518e8601b0f270d637a02e05186e1333ab3dae5737f2ee2c2313e86baed000f6d3c21a382815d9d2ada0eee790a3f0cc2bb8c9f70b"
            );
        }
        if (index == 12) {
            return (
                "relu",
                hex"93a1af1f7ecccb450b1b50d94c700b0bc1a7b76574333f9bfd16decff6e12845bfc3bad86c92bad56fdb28b60cf9ec4cacb9f5f985ff9d28f5bb48262b4ff09ce6084d0827e586b4df28c161c4766fcc51b17861462a60e4e0ef9c7ab42ebd55b714be5690812a1f324dedace4760e8da29fb19cb9b853a00a2b2bad3072c526"
            );
        }
        if (index == 13) {
            return (
                "neg",
                hex"3b6e9c7c5997f11668963c8c7096f25c6f2ebb6827886f56df7cc516cba14ba59b937963a588197c786c05eab5613337256261ec5e27af88d749463405ba2ba00043a2985e6fbd55ba0a1c6d0c513db3d17910fba2b234f80c0fec11e26e9e9d1cb7be7051ffab96736483328742023d665b9366ec618ec8d797606dc7d541da"
            );
        }
        if (index == 14) {
            return (
                "abs",
                hex"765f2ab3385de3441c008ad2389b3bb85346f0da28702eeac68e71250da8221c5af815c84f353deb4a0ab3a4ce1f4761ea9d030f91fc4771990666e17c1d2963324664365d5d1432ce40e1d85a83e52e56f3e53f645666cecc93c23944e70c3d787b6ca45446135757a023a3a6b9dccb589fef01cf9b344943112f34f228ff2a"
            );
        }
        if (index == 15) {
            return (
                "sign",
                hex"4f2cc02a6a131c8fb1cb3507a3615c93ac4e71cc7a9ce4974db6ff76bf442caaf11f6600aa2d97eb23e3d146632ac08fb449e0b1d24ec5737b954516e8fd6b23ba265b9bdb65d30d61f9ee106c7ed565f8035a84f70247b09c8550cf4fb8333a41f09b2aa831619da3d37ccd552a5f154602373db3ee2bd2acfa727d6e9b8b02"
            );
        }
        if (index == 16) {
            return (
                "where",
                hex"8d9f0f581a736b166cd4df049c12d3782b802c55bd2a574fe96d57e0e4fe88d838231b5f7530df68daa2aa6506816d1878c969b27c2ea66995ce3a782ea5b1b0972ec5d1d854e2532e061d1af8de607e3688a20d88870e24004c665158ed208816a1e71d2c0bd84f1d97cf86066030b83438b40cf1bc1abf5989544786f12677"
            );
        }
        if (index == 17) {
            return (
                "equal",
                hex"15734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd2e75d52ea299a022415734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd2"
            );
        }
        if (index == 18) {
            return (
                "exp",
                hex"3bfcfac168adcd6e47497e9e7277eb8345d4a8dc7863688e1a3d2ceb3d0f824e1afefc327191ac3bd6e27accbfea98b0f5fc87d9101ba322f98b26f3afb6e4584593d2b75dbbaf7bf7c883e7d41ba934180fbc511860ba848684a5e2ae68f1d3137db6587d9f61d7b9197f445879e1fbef11bec83ae1ea60f6e139a566371c25"
            );
        }
        if (index == 19) {
            return (
                "erf",
                hex"6931c579f6681b5913e8c2be3762f324cf3d50fc1c0270c41de7015f6d3e1f757ea20364351829998bf3743965e1f3f631f497432a6f632045ac8453bd15cf2266777b1e90bda69b166a5f6ac7ef1145efdb018d6447543c88f6d2c5970588019d522bcc2cd278175886b5f3ab316ce250ce7391cb865169bfc8e5f6c3edd8b3"
            );
        }
        if (index == 20) {
            return (
                "tanh",
                hex"e57ed85edca4ef30ecf529fcf44302ac56506e8e2039990d40b3c1ba3933b23f5952a2311cc83cc9cddd2d63c1319d13cca331bb8e86f17939f73ccf302c0ea553cebbb15d944c0dd8939c0f759939e155794ffc1295c46aeeedcbb82dbf1524516b908ee17bf4b5e33eef11fca2d9f1170e7e44ba4971c850a7505f405bb434"
            );
        }
        if (index == 21) {
            return (
                "sigmoid",
                hex"c37718ddfd5ee674e45b79124516dd468a90dccdeabbec37e219f072d0e9bc15f2669aa3cd01eb72f5f5e9df9f6a7d7e9df6043c36d2b50c858db1719629259e0142d60caec3cd1f2eafcd00ffd196d0a7a7f1e8229b7e2b205563899e5457a287152ac231bd40dc492ec95bb9c83ca408dfb34cedecb53bf493045e99c6cc9a"
            );
        }
        if (index == 22) {
            return (
                "add64",
                hex"5ad1d3d7e6f69f21f4cb18920fec1d4e87fc86fbc1f7027ba64526b6be4004fc07cfe8a6112420f9cf3f33f52be0fccb2adeffc53de0e1c4c895a0feccf25f6bd24129cadc8e7a5d4f9e3e395ee54f31ffba133f859a850e2c6c92f17ecded0ab22e195e2dbcca1dbc874d6cd4528dd6e5246caa27a3607ee740266801e6a0e3"
            );
        }
        if (index == 23) {
            return (
                "sub64",
                hex"acbacc52ad7b0c9c0d336b5b0cee5d21c7e3c34b0cdd3389d2b31a5f536e18e46f7024ddac22b1f817efb8c50ddd341bbe4995944400264cb5ebaf6b0b8e3cae8540209e4bba0106dafe58232289bf71bbb96ef68e4b7f13a8468e28989c71438fce6165af6a29872e602c2dcb18aead854ae633e947c43fdbd433c249f9763d"
            );
        }
        if (index == 24) {
            return (
                "mul64",
                hex"13f157a20233b20ed8737913be162ea9a7ee93a778e95d1e8bfe4561800560dd488e18785a4fa8b4f7cc48d3e4e71243b52eb0d20e6ed7002aea715035ce78f8038aab05c7daa518c1ffa7bfa781dde53bd8abc525c7a9dc0a5c6881f477db16f2c89ca7ef642251d3a6f4ce694d8348f6f5121046fd1126c7e39943b684efc9"
            );
        }
        if (index == 25) {
            return (
                "div64",
                hex"4f441c0c927ffd456a957a9b47c4508eacd9ccdc377811ef6bab25b6bfe9e438207e3a41499ea7f5f5ae64f3f42d6c2af1ae358905e1b0e6a1899d4c246deffddc954df8beb65f39ce63d9680b7f775385f2e9e1318e1616316285549f8920b4e685780bc21ce168d43e3a008dfd981d2b87f98e5b24900fb511010da2a71d74"
            );
        }
        if (index == 26) {
            return (
                "sqrt64",
                hex"826b3bb576085197ca607dc7c605d446410200a653aefa980a1986fca46ee09b897dc85eced57c6a4ba82c77145d51ce3dcf9cd88687761daa94fd4be4680f17a4d8ab8f830ec39c10614c6bf656113f9e35f377b6d36584f1e8565db34d492f1a04b1273e826eeb0757aac1f4eb1bcb2886ea0e1d1677304ae0855a06b42626"
            );
        }
        if (index == 27) {
            return (
                "less64",
                hex"593407aa1b78d2f9a63e62cd434892d082870f52a632c693a305fb3b44f5ac58084202639c9e6ca4fe641f4147a0c3f5c4d65ddd346667d25993ad50764172294da00ebddc3dd4f353f1d23c78056d950b36d450172f3c31b93a74dd5e43db1a6b402c59bb626767e65dedf2339b2dd1f1e055d047e6805654fbf92161fcf0d6"
            );
        }
        if (index == 28) {
            return (
                "equal64",
                hex"15734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd215734b04fc03dbd2"
            );
        }
        if (index == 29) {
            return (
                "toFloat64",
                hex"c1ed427be9082542d48d70bd2db2337a0fe7f716cb8ff5d3b1f212c682ceeb5d6370bbf9884fc3d7ae9352e8dcb3adbc15995557d88e0036fc04858ce6b2ad8e46bedb0a3cd65517d62d8ea91a01fd008b5caeb816f911406036410a708b6c29fa4fe90afe36927a8329d066a5a1b8fefec74907adc74b7a2d56acd8d0a3d4c8"
            );
        }
        if (index == 30) {
            return (
                "toFloat32",
                hex"69cc903ff2d20a8b2db342cc94c0e5b9a5e9c4d8120b40710779cf54d99af8e6e6571e0be5f3e2f5080686e2ab16d9948a336af95d448a306d6083a065fe3afda9d65f9c58e0602e8137605453f5eab476ea90ab008f6c7674848b62cca4e2b6c8d066eebc6bfc55f4a7e9d18b4a6b1afc363f9c72ceceb8c6a5d5244170aab8"
            );
        }
        if (index == 31) {
            return (
                "int64ToFloat32",
                hex"e58be21c99363319fb60fdb0ef138b8b84dae8df1b89e5c97238b86443913c03805651aca5a9188ebcc6523f2bf57aeef9864ede4c2ef8d714b8c2c34a6570f173c43b364b5fd43da3a72a9b66ab85de5a6c36c7b460afc441219253d34ada49a88d2098cc0801f4958a45a6e266337e301bef30e076c4fa53455cb4b273f756"
            );
        }
        if (index == 32) {
            return (
                "int64ToFloat64",
                hex"a1e6d2043bb25083ba2f023c18c542b95e68f10535d95e4657c7b71357ffb512154ef65a3ba6c6fca542687f9e46e63421788b6757c37fe9926349b34776ee320adf63d5704321ca129f58d326492ffb6885b900b0ff70a321d91285bde9d9a4428114f109c6c6b51bc2ed50be306070388203b2eb863b56a1156ea5e489c870"
            );
        }
        if (index == 33) {
            return (
                "product",
                hex"bba9f4fc82f1e9c941cbf3991925a19f5764fe8691e27264353bde99ea8c11a4f695bf4826f990f55f5e3b93b64451b03247b7e42ee6721c218b8482da21fcd994bc1bf13cd7e1bf46b7a3455d0016b8e4e5024e723363dc633a5c7628b3c0031ff87c1602b9d21fc18c0aa4cf7242afbe042c265bcfb6eff7a05af45e020280"
            );
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

/// @title PictureLib
/// @notice Draws a credential: four seas, one for each tier, each as deep as the work that was done in it.
library PictureLib {
    using Strings for uint256;

    /// Units for people: 10^9 operations.
    uint256 internal constant UNIT = 1e9;
    /// A sea gets 3 pixels deeper with each doubling of its units: at 2^104, the most that one epoch holds, it is 312 deep.
    uint256 internal constant STEP = 3;

    struct Subject {
        address worker;
        uint64 epochs;
        uint64 first;
        uint64 last;
        uint256[4] base;
        uint256[4] market;
    }

    function uriOf(Subject memory node) internal pure returns (string memory) {
        string memory json = string.concat(
            '{"name":"Compute of ',
            Strings.toHexString(node.worker),
            '","description":"Verified work of a Corex node, in units of 10^9 operations. It cannot be transferred.",',
            '"image":"data:image/svg+xml;base64,',
            Base64.encode(bytes(svgOf(node))),
            '","attributes":[',
            attributesOf(node),
            "]}"
        );
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }

    function attributesOf(Subject memory node) internal pure returns (string memory list) {
        list = string.concat(
            number("Epochs", node.epochs), ",", number("First epoch", node.first), ",", number("Last epoch", node.last)
        );
        for (uint256 tier; tier < 4; ++tier) {
            list = string.concat(list, ",", number(string.concat("Base, ", nameOf(tier)), node.base[tier] / UNIT));
            list = string.concat(list, ",", number(string.concat("Market, ", nameOf(tier)), node.market[tier] / UNIT));
        }
    }

    function number(string memory name, uint256 value) internal pure returns (string memory) {
        return string.concat('{"trait_type":"', name, '","display_type":"number","value":', value.toString(), "}");
    }

    function svgOf(Subject memory node) internal pure returns (string memory picture) {
        picture = string.concat(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 480" font-family="monospace" fill="#e8f4fa">',
            '<rect width="400" height="480" rx="16" fill="#04121c"/><text x="24" y="44" font-size="22">COREX</text>',
            '<text x="24" y="66" font-size="11">',
            Strings.toHexString(node.worker),
            "</text>"
        );
        for (uint256 tier; tier < 4; ++tier) {
            picture = string.concat(picture, seaOf(tier, node.base[tier] + node.market[tier]));
        }
        return string.concat(
            picture,
            '<text x="24" y="462" font-size="12">epochs ',
            uint256(node.first).toString(),
            " to ",
            uint256(node.last).toString(),
            ", ",
            uint256(node.epochs).toString(),
            " with work</text></svg>"
        );
    }

    function seaOf(uint256 tier, uint256 units) internal pure returns (string memory) {
        uint256 depth = units == 0 ? 2 : Math.min((Math.log2(units) + 1) * STEP, 330);
        string memory x = (24 + tier * 90).toString();
        return string.concat(
            string.concat(
                '<rect x="',
                x,
                '" y="84" width="82" height="',
                depth.toString(),
                '" rx="6" fill="',
                colourOf(tier),
                '"/>'
            ),
            string.concat(
                '<text x="',
                x,
                '" y="436" font-size="9">',
                nameOf(tier),
                '</text><text x="',
                x,
                '" y="424" font-size="9">'
            ),
            string.concat(shortOf(units / UNIT), "</text>")
        );
    }

    /// @notice Three digits and a power of ten, as 123e9.
    function shortOf(uint256 value) internal pure returns (string memory) {
        uint256 power;
        for (; value >= 1_000; value /= 10) {
            ++power;
        }
        return power == 0 ? value.toString() : string.concat(value.toString(), "e", power.toString());
    }

    function nameOf(uint256 tier) internal pure returns (string memory) {
        return ["Tide Pool", "Blue Surge", "Open Ocean", "Mariana Depth"][tier];
    }

    function colourOf(uint256 tier) internal pure returns (string memory) {
        return ["#7fd6e8", "#3aa0d8", "#2263b0", "#3d3a9e"][tier];
    }
}

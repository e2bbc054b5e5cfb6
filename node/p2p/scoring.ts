/** What a peer's gossip is worth: gossipsub's score, one row of parameters a topic. */
import { TOPIC_NAMES, TOPICS, topicString } from '#protocol/wire/topics.ts';

/** https://github.com/libp2p/specs/blob/master/pubsub/gossipsub/gossipsub-v1.1.md#peer-scoring */
function topicScore(weight: number) {
  return {
    topicWeight: weight,
    // P1: a little for being there; at most an hour's worth.
    timeInMeshWeight: 0.01,
    timeInMeshQuantum: 1000,
    timeInMeshCap: 3600,
    // P2: more for bringing what is new.
    firstMessageDeliveriesWeight: 0.5,
    firstMessageDeliveriesDecay: 0.9,
    firstMessageDeliveriesCap: 100,
    // P3: off. Our topics are quiet for long, and silence is no fault.
    meshMessageDeliveriesWeight: 0,
    meshMessageDeliveriesDecay: 0.5,
    meshMessageDeliveriesCap: 100,
    meshMessageDeliveriesThreshold: 20,
    meshMessageDeliveriesWindow: 10,
    meshMessageDeliveriesActivation: 5000,
    meshFailurePenaltyWeight: 0,
    meshFailurePenaltyDecay: 0.5,
    // P4: what a handler rejects, squared: one is an accident (-4 to -10), three tasks or five records reach the greylist.
    invalidMessageDeliveriesWeight: -20,
    invalidMessageDeliveriesDecay: 0.97,
  };
}

export function scoreParams(network: string) {
  const topics = Object.fromEntries(
    TOPIC_NAMES.map((name) => [topicString(network, name), topicScore(TOPICS[name].scoreWeight)]),
  );
  return {
    topics,
    topicScoreCap: 50,
    // Several honest nodes share an address in a household or a laboratory, and all of a devnet do.
    IPColocationFactorWeight: -1,
    IPColocationFactorThreshold: 32,
    IPColocationFactorWhitelist: new Set(['127.0.0.1', '::1']),
  };
}

/** Below these a peer hears less, is published to less, and at last is not listened to. */
export const scoreThresholds = {
  gossipThreshold: -20,
  publishThreshold: -50,
  graylistThreshold: -80,
  acceptPXThreshold: 10,
  opportunisticGraftThreshold: 1,
};

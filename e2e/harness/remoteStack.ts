import type { NetworkNamespace } from './netns.ts';
import { startStack, type Stack } from './stack.ts';

/** Starts all services so that browsers in a network of their own reach them at the addresses they have outside. */
export async function startRemoteStack(network: NetworkNamespace): Promise<Stack> {
  const stack = await startStack({ mediaHost: network.hostAddress });
  try {
    for (const url of [stack.url, stack.recorderUrl]) await network.relayTcp(Number(new URL(url).port));
    return stack;
  } catch (error) {
    await stack.close();
    throw error;
  }
}

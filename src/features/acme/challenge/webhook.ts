/** A web server of the operator that shows proofs: told by POST over verified TLS, with a secret only it knows. */
import { printable } from '../../../lib/printable.ts';
import type { Secret } from '../../../lib/secret.ts';
import { AcmeProblem } from '../client/acme-problem.ts';
import type { HttpsTransport } from '../client/wire/https-transport.ts';
import { checkShape } from '../client/wire/url-rule.ts';
import type { ChallengeSolver } from './challenge-solver.ts';
import { type PlugInTask, plugInTask } from './plug-in-task.ts';

export interface WebhookOptions {
  readonly challenge: 'dns-01' | 'http-01';
  /** An https URL. */
  readonly url: string;
  /** Sent as a bearer token (RFC 6750 2.1). */
  readonly secret: Secret<string>;
  readonly transport: HttpsTransport;
}

/** Sends the task as JSON; any status of the 200s is success, and means that the proof stands. */
export function createWebhook({ challenge, url, secret, transport }: WebhookOptions): ChallengeSolver {
  const call = async (task: PlugInTask, signal?: AbortSignal): Promise<void> => {
    const target = checkShape(url);
    const { status, body } = await transport.send({
      method: 'POST',
      url: target,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret.reveal()}` },
      body: JSON.stringify(task),
      maxBytes: 65_536,
      ...(signal !== undefined && { signal }),
    });
    if (status >= 200 && status < 300) return;
    const said = printable(new TextDecoder().decode(body.subarray(0, 300)).trim(), 300);
    const words = said === '' ? '' : `: ${said}`;
    throw new AcmeProblem('acme.webhook', `${printable(target.origin)} answers with status ${status}${words}.`);
  };
  return {
    type: challenge,
    covers: ({ type, value }) => (challenge === 'dns-01' ? type === 'dns' : !value.startsWith('*.')),
    present: async (identifier, token, proof, signal) =>
      call(plugInTask('present', challenge, identifier, token, proof), signal),
    remove: async (...about) => call(plugInTask('remove', challenge, ...about)),
  };
}

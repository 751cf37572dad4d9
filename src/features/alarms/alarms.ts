/**
 * Alarms: conditions that last are raised once, cleared by themselves when they end, and acknowledged by people. Also
 * the overview: what is served, what expires next, what to do next.
 */
import type { Actor } from '../../lib/actor.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Condition } from '../../lib/condition.ts';
import type { Events } from '../../lib/events.ts';
import { Problem } from '../../lib/problem.ts';
import type { Storage } from '../../storage/storage.ts';
import { recordAudit } from '../audit/audit.ts';
import { buildOverview, type Overview, type OverviewSources } from './overview.ts';
import {
  acknowledge,
  clearAlarms,
  findAlarm,
  forgetClearedBefore,
  raiseAlarms,
  readAlarms,
  updateWords,
} from './store.ts';

export type { NextStep, Overview, OverviewSources, ServedIdentity, TimelineEntry } from './overview.ts';

export type Severity = Condition['severity'];

export interface Alarm extends Condition {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly raisedAt: number;
  /** Undefined while the condition lasts. */
  readonly clearedAt: number | undefined;
  readonly acknowledgedBy: string | undefined;
  readonly acknowledgedAt: number | undefined;
}

export interface AlarmsDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly events: Events;
  /** Where conditions come from: each feature's own judgement. */
  readonly sources: readonly (() => Promise<readonly Condition[]>)[];
  readonly overview: OverviewSources;
  /** Told when a source fails; the alarms it raised before then stay as they are. */
  readonly onError: (error: unknown) => void;
}

export interface AlarmsFeature {
  /** Open alarms, the worst first; with `cleared` also those of the last 30 days that ended. */
  list(options?: { readonly cleared?: boolean }): Promise<readonly Alarm[]>;
  /** Notes that a person has seen it. Throws `alarms.unknown` (404). Again by another person: the first stays. */
  acknowledge(actor: Actor, id: string): Promise<Alarm>;
  /** Asks every source and raises, rewords and clears. Runs one at a time; a call meanwhile causes one more run. */
  evaluate(): Promise<void>;
  overview(): Promise<Overview>;
  /** Evaluates now, after every change and once a minute, until the function it returns is called. */
  start(): () => void;
}

const everyMinute = 60_000;
const keptAfterClearing = 30 * 24 * 3_600_000;

/** Alarms kept in `storage`. */
export function createAlarms(deps: AlarmsDeps): AlarmsFeature {
  const { storage, clock, events, onError } = deps;
  let running: Promise<void> | undefined;
  let again = false;
  const memory = new Map<number, ReadonlySet<string>>();
  const rounds = async (): Promise<void> => {
    do {
      again = false;
      await evaluateOnce(deps, memory);
    } while (again);
  };
  const evaluate = (): Promise<void> => {
    again = true;
    running ??= rounds().finally(() => {
      running = undefined;
    });
    return running;
  };
  const list = async ({ cleared = false } = {}): Promise<readonly Alarm[]> =>
    (await readAlarms(storage.db, cleared)).sort(worstFirst);
  return {
    list,
    async acknowledge(actor, id) {
      return storage.transaction(async (trx) => {
        const alarm = await findAlarm(trx, id);
        if (alarm === undefined) throw unknown();
        if (alarm.acknowledgedAt !== undefined) return alarm;
        const at = clock.now();
        await acknowledge(trx, id, actor.name, at);
        const detail = { code: alarm.code, object: alarm.object };
        await recordAudit(trx, actor, { action: 'alarms.acknowledge', object: id, detail });
        return { ...alarm, acknowledgedBy: actor.name, acknowledgedAt: at };
      });
    },
    evaluate,
    async overview() {
      return buildOverview(deps.overview, await list(), clock.now());
    },
    start() {
      const run = (): void => void evaluate().catch(onError);
      const stopListening = events.on('changed', run);
      const timer = setInterval(run, everyMinute);
      timer.unref();
      run();
      return () => {
        stopListening();
        clearInterval(timer);
      };
    },
  };
}

/** `memory`: what each source told last; while one fails, its alarms stay as they are. */
async function evaluateOnce(
  { storage, clock, sources, onError }: AlarmsDeps,
  memory: Map<number, ReadonlySet<string>>,
): Promise<void> {
  const answers = await Promise.allSettled(sources.map(async (source) => source()));
  const present = new Map<string, Condition>();
  const uncertain: ((key: string) => boolean)[] = [];
  for (const [index, answer] of answers.entries()) {
    if (answer.status === 'rejected') {
      onError(answer.reason);
      const told = memory.get(index);
      uncertain.push((key) => told?.has(key) ?? true);
    } else {
      memory.set(index, new Set(answer.value.map(keyOf)));
      for (const condition of answer.value) present.set(keyOf(condition), condition);
    }
  }
  const open = await readAlarms(storage.db, false);
  const byKey = new Map(open.map((alarm) => [keyOf(alarm), alarm]));
  const raise = [...present].filter(([key]) => !byKey.has(key)).map(([, condition]) => condition);
  const reworded = open.flatMap((alarm) => {
    const now = present.get(keyOf(alarm));
    if (now === undefined) return [];
    const same = now.message === alarm.message && now.hint === alarm.hint && now.severity === alarm.severity;
    return same ? [] : [{ ...alarm, severity: now.severity, message: now.message, hint: now.hint }];
  });
  const ended = open.filter((alarm) => {
    const key = keyOf(alarm);
    return !present.has(key) && !uncertain.some((mayLast) => mayLast(key));
  });
  if (raise.length + reworded.length + ended.length === 0) return;
  await storage.transaction(async (trx) => {
    const at = clock.now();
    await raiseAlarms(trx, raise, at);
    await updateWords(trx, reworded);
    await clearAlarms(
      trx,
      ended.map((alarm) => alarm.id),
      at,
    );
    await forgetClearedBefore(trx, at - keptAfterClearing);
  });
}

function keyOf({ code, object }: Condition): string {
  return `${code} ${object}`;
}

const rank: Readonly<Record<Severity, number>> = { critical: 0, alert: 1, warning: 2 };

/** Open before cleared, unseen before acknowledged, then the worst, then the newest. */
function worstFirst(a: Alarm, b: Alarm): number {
  const state = (alarm: Alarm): number =>
    alarm.clearedAt !== undefined ? 2 : alarm.acknowledgedAt !== undefined ? 1 : 0;
  return state(a) - state(b) || rank[a.severity] - rank[b.severity] || b.raisedAt - a.raisedAt;
}

function unknown(): Problem {
  return new Problem({
    code: 'alarms.unknown',
    status: 404,
    title: 'There is no such alarm.',
    detail: 'It may have been cleared and forgotten meanwhile.',
    hint: 'tollgate alarms list shows the alarms there are.',
  });
}

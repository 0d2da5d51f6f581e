/**
 * Jobs about templates, with the templates that they name by URL (contract: templates §7), and Nova's zones where they
 * ask for them (Fn::GetAZs).
 *
 * A job is pure: where it needs a template that is not among the files it ends with the URLs, they are fetched here, and
 * it begins again with them among its files. So only what is needed is fetched, what was fetched is kept with the stack
 * as any file is, and whatever is done with what is kept needs no network. What cannot be fetched is told by the job,
 * which knows the place.
 */
import type { World } from '../actors/world.ts';
import type { HeatError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { shownUrl } from '../kernel/shown-url.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { mapOf } from '../values/value.ts';
import { refusalElsewhere } from './elsewhere.ts';
import { type TemplateJob, textsOf } from './inputs.ts';
import { zonesFor } from './lookups.ts';
import type { Zones } from './plan-facts.ts';
import { type PlanJob, type PlanMade, type PlanResult, refusal, type ValidateResult, type Wants } from './jobs.ts';
import type { ValidateJob } from './validating.ts';

/** Plans a stack; an error is what a client is refused with. `credential`: as whom Nova is asked, opened. */
export async function planFor(world: World, job: PlanJob, credential: string): Promise<PlanMade | HeatError> {
  const fetches = new Fetches(world, job.projectId, credential);
  const result = await withTemplates<PlanJob, PlanResult>(fetches, 'plan', job);
  if (result.kind === 'refused') return refusal(result);
  const lacking = refusalElsewhere(
    world.directory,
    result.plan.resources.map(({ implementation }) => implementation),
  );
  if (lacking !== undefined) return lacking;
  return fetches.found ? { ...result.plan, fetched: true } : result.plan;
}

/** What POST /validate answers, as JSON text. */
export async function validateFor(world: World, job: ValidateJob): Promise<string | HeatError> {
  const result = await withTemplates<ValidateJob, ValidateResult>(
    new Fetches(world, job.projectId, ''),
    'validate',
    job,
  );
  return result.kind === 'valid' ? result.body : refusal(result);
}

async function withTemplates<J extends TemplateJob, R extends { readonly kind: string }>(
  fetches: Fetches,
  name: string,
  job: J,
): Promise<Exclude<R, Wants>> {
  for (;;) {
    const result = await fetches.world.compute.run<J, R | Wants>(name, fetches.with(job));
    if (result.kind !== 'wants') return result as Exclude<R, Wants>;
    await fetches.more(result as Wants);
  }
}

/** The templates of one request. Every URL that is wanted ends as a text or as a reason, so no job wants it twice. */
class Fetches {
  private readonly texts = new Map<string, string>();
  private readonly failures: Record<string, string> = {};
  readonly world: World;
  private readonly project: string;
  private zones: Zones | undefined;
  private readonly credential: string;
  /** The request's own files, read. */
  private own: ReadonlyMap<string, string> | undefined;
  private chars = 0;
  private until: number | undefined;

  constructor(world: World, project: string, credential: string) {
    this.world = world;
    this.project = project;
    this.credential = credential;
  }

  get found(): boolean {
    return this.texts.size > 0;
  }

  with<J extends TemplateJob>(job: J): J {
    const asked = this.zones === undefined ? job : { ...job, zones: this.zones };
    if (this.until === undefined) return asked;
    this.own ??= textsOf(parseJson(job.files));
    const files = writeJson(mapOf([...this.own, ...this.texts]));
    return { ...asked, files, unfetched: this.failures };
  }

  async more({ urls, zones }: Wants): Promise<void> {
    if (zones) this.zones = await zonesFor(this.world, this.credential);
    if (urls.length > 0) await this.download(urls);
  }

  private async download(urls: readonly string[]): Promise<void> {
    const { clock } = this.world;
    this.until ??= clock.monotonic() + limits.templateFetchesMs;
    const left = limits.templatesFetched - this.texts.size - Object.keys(this.failures).length;
    const taken = urls.slice(0, Math.max(left, 0));
    const next = taken.values();
    // Few at once: each holds its text in memory, and one server may have them all.
    const some = async (): Promise<void> => {
      for (const url of next) await this.take(url, (this.until ?? 0) - clock.monotonic());
    };
    await Promise.all(Array.from({ length: limits.templatesFetchedAtOnce }, some));
    for (const url of urls.slice(taken.length)) this.failures[url] = failed(url, 'there are too many');
  }

  private async take(url: string, leftMs: number): Promise<void> {
    const { web } = this.world;
    if (web === undefined || leftMs <= 0) {
      this.failures[url] = failed(url, web === undefined ? 'nothing is fetched here' : 'it is too late');
      return;
    }
    const deadlineMs = Math.min(leftMs, limits.templateFetchMs);
    const { project } = this;
    const fetched = await web.textAt(url, { maxBytes: limits.maxTemplateBytes, deadlineMs, project });
    if (fetched.kind === 'failed') this.failures[url] = fetched.reason;
    else if (this.chars + fetched.text.length > limits.templatesFetchedChars) {
      this.failures[url] = failed(url, 'all of them together are too big');
    } else {
      this.chars += fetched.text.length;
      this.texts.set(url, fetched.text);
    }
  }
}

function failed(url: string, why: string): string {
  return `Failed to retrieve template from ${shownUrl(url)}: ${why}`;
}

import { DELIVERED_TASKS, ModelReport } from '@livecue/shared/contract';
import { SignedDocument } from '@livecue/shared/proof';
import * as z from 'zod';

/** Starts, or trials, with the same model that ended before they had proved themselves; then it is left. */
export const ATTEMPTS_MAX = 2;

/** Below the folder of delivered models. */
const Folder = z.string().regex(/^(intent|toxicity|spam|sentiment)\/[0-9]{1,16}$/);
const Set = z.partialRecord(z.enum(DELIVERED_TASKS), Folder);
const TaskMemory = z.strictObject({
  /** The newest accepted: nothing older is heeded, ever. */
  document: SignedDocument,
  version: z.int().min(1),
  /** Trials begun and not known to have gone well. */
  attempts: z.int().min(0),
  report: ModelReport,
});
export type TaskMemory = z.infer<typeof TaskMemory>;

/** What must be known after any end of the process. */
export const ModelsMemory = z.strictObject({
  version: z.literal(1),
  live: Set,
  /** What served before the newest delivery went live; null: there is nothing to go back to. */
  before: Set.nullable(),
  /** Starts with `live` that are not known to have gone well. */
  opens: z.int().min(0),
  tasks: z.partialRecord(z.enum(DELIVERED_TASKS), TaskMemory),
});
export type ModelsMemory = z.infer<typeof ModelsMemory>;

/** The file behind it; durable when `write` returns. */
export interface MemoryFile {
  /** Null when there is none. Throws when it cannot be read. */
  read(): Promise<unknown>;
  write(value: unknown): Promise<void>;
  /** Keeps an unreadable one under another name; says which. */
  setAside(): string;
}

export interface OpenedMemory {
  now: ModelsMemory;
  save(): Promise<void>;
  /** Why it began anew, in words; null: it did not. */
  readonly problem: string | null;
}

/** Reads it, or begins anew: without its versions an old delivery could come again, so that is said. */
export async function openModelsMemory(file: MemoryFile): Promise<OpenedMemory> {
  const empty = (): ModelsMemory => ({ version: 1, live: {}, before: null, opens: 0, tasks: {} });
  let problem: string | null = null;
  let now = empty();
  try {
    const value = await file.read();
    if (value !== null) now = ModelsMemory.parse(value);
  } catch (error) {
    const what = error instanceof z.ZodError ? `${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}` : (error as Error).message; // prettier-ignore
    problem = `what is known of delivered models could not be read (${what}); the installed ones serve, the file is kept as ${file.setAside()}`;
  }
  let saving: Promise<void> = Promise.resolve();
  const opened: OpenedMemory = {
    now,
    problem,
    save() {
      const text = structuredClone(opened.now);
      // In order, also after one failed: its caller heard of it.
      saving = saving.catch(() => undefined).then(() => file.write(text));
      return saving;
    },
  };
  return opened;
}

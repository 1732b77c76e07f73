/** Creates a temporary directory for everything that is left behind; temporary directories of this process go there too. */
export function openWorkspace(): string;

/** Ends the processes that still belong to this run, naming them, and removes the directory. */
export function clearWorkspace(path: string): Promise<void>;

/** Has a signal, or the end of whoever started us, end this process and all that belongs to the run, and remove the directory. */
export function clearWhenStopped(path: string): void;

/** Creates a temporary directory for everything that is left behind; temporary directories of this process go there too. */
export function openWorkspace(): string;

/** Ends the processes that still belong to this run, naming them, and removes the directory. */
export function clearWorkspace(path: string): Promise<void>;

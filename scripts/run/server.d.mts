export declare function serverProgram(root: string): string[];
export declare const serverEnvironment: Record<string, string>;

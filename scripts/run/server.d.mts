export declare function serverProgram(root: string): string[];

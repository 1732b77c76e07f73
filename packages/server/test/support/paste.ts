import { execFileSync, spawnSync } from 'node:child_process';

const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** Runs a printed curl command as somebody who pastes it would; where curl is missing, sends the same request. */
export async function paste(command: string): Promise<{ status: number; text: string }> {
  if (!hasCurl) return request(command);
  const output = execFileSync('sh', ['-c', `${command} -sS -w '\\n%{http_code}'`], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  const end = output.lastIndexOf('\n');
  return { status: Number(output.slice(end + 1)), text: output.slice(0, end) };
}

/** The parts of a command whose arguments are words or quoted by '. */
async function request(command: string): Promise<{ status: number; text: string }> {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const headers = new Headers();
  let body: string | undefined;
  let url = '';
  for (let index = 1; index < words.length; index += 1) {
    const word = words[index] as string;
    if (word === '-H') headers.append(...((words[++index] as string).split(': ', 2) as [string, string]));
    else if (word === '-d') body = words[++index] as string;
    else url = word;
  }
  const response = await fetch(url, { headers, ...(body === undefined ? {} : { method: 'POST', body }) });
  return { status: response.status, text: await response.text() };
}

/** Writes heads of answers (RFC 9110, RFC 9111) as octets. */

/** An answer whose body is in memory, or in a file that is sent in pieces. */
export interface HttpAnswer {
  readonly status: number;
  /** Lines as they stand in the head, each with its end. */
  readonly lines: string;
  readonly body: Uint8Array | FileBody;
}

export interface FileBody {
  readonly path: string;
  readonly length: number;
}

/** The head with the date of this second; `length` is that of the body, also where none is sent (HEAD, 304). */
export function headOf(status: number, lines: string, length: number | undefined, keepAlive: boolean): string {
  return `HTTP/1.1 ${status} ${reasons[status] ?? 'Refused'}\r\nDate: ${httpDate()}\r\n${lines}${
    length === undefined ? '' : `Content-Length: ${length}\r\n`
  }${keepAlive ? '' : 'Connection: close\r\n'}\r\n`;
}

/** The same words for whatever is not published, however it was asked for. */
export function nothingHere(status: number, extra = ''): HttpAnswer {
  return { status, lines: `Content-Type: text/plain; charset=utf-8\r\n${extra}${guards}`, body: nothing };
}

/** What stands in every answer: it is to be taken as what it says it is. */
export const guards = 'X-Content-Type-Options: nosniff\r\n';

/** IMF-fixdate of now (RFC 9110 5.6.7). */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastDate = new Date(second * 1000).toUTCString();
  }
  return lastDate;
}

let lastSecond = 0;
let lastDate = '';

const nothing = Buffer.from('Nothing is published here.\n');

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  304: 'Not Modified',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
};

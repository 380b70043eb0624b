/// <reference lib="webworker" />
// One event stream for all tabs of this browser: a browser opens only six connections to a host.
type Message = { kind: 'open' } | { kind: 'lost' } | { kind: 'event'; name: string; data: string };

const scope = self as unknown as { onconnect: (e: MessageEvent) => void };
const ports = new Set<MessagePort>();
let source: EventSource | undefined;
let last: Message = { kind: 'lost' };

function tell(m: Message): void {
  if (m.kind !== 'event') last = m;
  ports.forEach((p) => p.postMessage(m));
}

function open(url: string): void {
  if (source && source.readyState !== EventSource.CLOSED) return;
  source = new EventSource(url);
  source.onopen = () => tell({ kind: 'open' });
  source.onerror = () => tell({ kind: 'lost' });
  for (const name of ['change', 'reload', 'end']) source.addEventListener(name, (e) => tell({ kind: 'event', name, data: (e as MessageEvent<string>).data }));
}

function close(): void {
  source?.close();
  source = undefined;
  tell({ kind: 'lost' });
}

scope.onconnect = (e) => {
  const port = e.ports[0];
  if (!port) return;
  ports.add(port);
  port.onmessage = (m: MessageEvent<{ do: 'open' | 'close' | 'leave'; url?: string }>) => {
    if (m.data.do === 'open' && m.data.url) { ports.add(port); open(m.data.url); port.postMessage(last); }
    if (m.data.do === 'close') close();
    if (m.data.do === 'leave') { ports.delete(port); if (ports.size === 0) close(); }
  };
  port.start();
};

/** The mark: a keep with its gate. */
export function Logo({ size = 28, name = true }: { size?: number; name?: boolean }) {
  return (
    <span className="sk-logo">
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="7" fill="#1457C4" />
        <path d="M7 25V8h4v3h3V8h4v3h3V8h4v17h-5.500v-4a3.500 3.500 0 0 0-7 0v4z" fill="#fff" />
        <circle cx="16" cy="15" r="1.600" fill="#1457C4" />
      </svg>
      {name && <span className="sk-logo-word">Switchkeep</span>}
    </span>
  );
}

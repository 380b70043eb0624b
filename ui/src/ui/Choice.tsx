import type { ReactNode } from 'react';
import './wizard.css';

/** A few ways to go, each with a line that says what it means. */
export function Choice<T extends string>({ legend, name, value, onChange, options }: { legend: string; name: string; value: T; onChange: (v: T) => void; options: { value: T; label: string; text?: ReactNode }[] }) {
  return (
    <fieldset className="sk-choice">
      <legend>{legend}</legend>
      {options.map((o) => (
        <label key={o.value}>
          <input type="radio" name={name} checked={o.value === value} onChange={() => onChange(o.value)} />
          <strong>{o.label}</strong>
          {o.text && <span className="sub">{o.text}</span>}
        </label>
      ))}
    </fieldset>
  );
}

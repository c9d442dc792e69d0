import './facts.css';

/** What it is called, and how it is now. */
export type Fact = readonly [name: string, value: string];

interface Props {
  readonly facts: readonly Fact[];
  /** A sentence below them: why they are so. */
  readonly remark?: Fact | undefined;
}

/** Numbers side by side, each below its name. */
export function Facts({ facts, remark }: Props) {
  return (
    <dl className="facts number">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {remark === undefined ? null : (
        <div className="facts-remark">
          <dt>{remark[0]}</dt>
          <dd className="selectable">{remark[1]}</dd>
        </div>
      )}
    </dl>
  );
}

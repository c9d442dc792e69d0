import { TriangleAlert, X } from 'lucide-react';
import { dismissProblem, useApp } from '../stores/app-store';
import { IconButton } from './button';
import { strings } from './strings';

/** What went wrong, until the person closes it. */
export function ProblemBanner() {
  const problem = useApp((state) => state.problem);
  if (problem === null) return null;
  return (
    <div className="banner" role="alert">
      <TriangleAlert size={18} aria-hidden="true" />
      <p>{problem}</p>
      <IconButton icon={X} label={strings.close} onPress={dismissProblem} />
    </div>
  );
}

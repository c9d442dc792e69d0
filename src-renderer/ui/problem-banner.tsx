import { TriangleAlert, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { reasonInWords } from '../../src-shared/text/reasons';
import { dismissProblem, useApp } from '../stores/app-store';
import { IconButton } from './button';

/** What went wrong, until the person closes it. */
export function ProblemBanner() {
  const { t, i18n } = useTranslation();
  const problem = useApp((state) => state.problem);
  if (problem === null) return null;
  return (
    <div className="banner" role="alert">
      <TriangleAlert size={18} aria-hidden="true" />
      <p>{reasonInWords(problem, i18n)}</p>
      <IconButton icon={X} label={t('close')} onPress={dismissProblem} />
    </div>
  );
}

import { useTranslation } from 'react-i18next';
import { REPORT_FILES } from '@livecue/shared/contract';
import { FileText } from 'lucide-react';
import { download } from '../catalogue/use-catalogue.ts';
import { usePanel } from '../live/use-live.tsx';
import { useUnits } from '../words/units.ts';

type ReportFile = (typeof REPORT_FILES)[number];
type TableFile = Exclude<ReportFile, `${string}.html`>;
const TABLES = REPORT_FILES.filter((file): file is TableFile => file.endsWith('.csv'));

/** Ways to a written report: pages open in a browser; the desktop's window goes nowhere else, so there they are saved. */
export function ReportLinks(props: {
  of: 'show' | 'rehearsal';
  id: string;
  /** The pages alone: one line of a list. */
  short?: boolean;
  onTrouble: (error: unknown) => void;
}) {
  const { t } = useTranslation();
  const units = useUnits();
  const { client } = usePanel();
  const { of, id, onTrouble } = props;
  const [own, other]: ReportFile[] = units.language === 'zh' ? ['report.zh.html', 'report.en.html'] : ['report.en.html', 'report.zh.html']; // prettier-ignore
  const save = (file: ReportFile) =>
    void client.call('report.read', { of, id, file }).then(({ text }) => download(`${id}-${file}`, text), onTrouble);
  const link = (file: ReportFile, words: string, main: boolean) => {
    const icon = main ? <FileText size={14} aria-hidden="true" /> : null;
    if (client.kind === 'desktop')
      return (
        <button key={file} type="button" className="button small" onClick={() => save(file)}>
          {icon} {main ? t('report.save') : words}
        </button>
      );
    return (
      <a key={file} className="button small" href={`/${of}s/${id}/${file}`.replace('/shows/', '/reports/')} target={file.endsWith('.html') ? '_blank' : undefined} rel="noreferrer">
        {icon} {words}
      </a>
    );
  }; // prettier-ignore
  return (
    <span className="report-links">
      {link(own!, t('report.open'), true)}
      {link(other!, t('report.other'), false)}
      {props.short === true ? null : (
        <>
          <span className="dim small">{t('report.csv')}</span>
          {TABLES.map((file) => link(file, t(`report.files.${file}`), false))}
        </>
      )}
    </span>
  );
}

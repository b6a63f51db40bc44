import { useId, useState, type ReactNode } from 'react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { RotateCcw } from 'lucide-react';
import { at, isObject, isSame, withAt, type JsonObject } from './json-document.ts';
import { ListField, RowsField, TableField, TextAreaField } from './schema-fields.tsx';

/** The part of JSON Schema that forms are drawn from. */
export interface FormSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, FormSchema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly items?: FormSchema;
  readonly anyOf?: readonly FormSchema[];
  readonly additionalProperties?: boolean | FormSchema;
}

/** What a form needs to know of its fields beyond their schema. Paths are dotted. */
export interface FormFacts {
  readonly label: (path: string) => string;
  /** Null: nothing to say. */
  readonly help: (path: string, description: string | undefined) => string | null;
  readonly unit: (path: string) => string | null;
  readonly problem: (path: string) => string | null;
  /** What somebody else has laid over the value, as JSON text; null: nobody. */
  readonly over: (path: string) => string | null;
}

export interface FormProps {
  readonly schema: FormSchema;
  /** What differs from the defaults. */
  readonly value: JsonObject;
  readonly onChange: (value: JsonObject) => void;
  /** In front of the paths of all fields. */
  readonly path: string;
  readonly facts: FormFacts;
  /** Fields that are drawn elsewhere. */
  readonly without?: readonly string[];
}

type Kind = 'switch' | 'choice' | 'number' | 'text' | 'list' | 'rows' | 'table' | 'section' | 'json';

const typesOf = ({ type, anyOf = [] }: FormSchema): string[] =>
  type === undefined ? anyOf.flatMap(typesOf) : [type].flat() as string[]; // prettier-ignore

export function kindOf(schema: FormSchema): Kind {
  const types = typesOf(schema).filter((type) => type !== 'null');
  if (schema.enum !== undefined) return 'choice';
  if (types.length === 0) return 'json';
  if (types.every((type) => type === 'string')) return 'text';
  // An id that is written as a number or as a text.
  if (types.every((type) => type === 'string' || type === 'integer') && types.length > 1) return 'text';
  if (types.every((type) => type === 'integer' || type === 'number')) return 'number';
  if (types[0] === 'boolean') return 'switch';
  if (types[0] === 'array') return kindOfList(schema.items ?? {});
  if (schema.properties !== undefined && isObject(schema.default)) return 'section';
  const { additionalProperties } = schema;
  return isObject(additionalProperties) && kindOf(additionalProperties as FormSchema) === 'text' ? 'table' : 'json';
}

/** Of texts, of rows of texts, or of anything. */
function kindOfList(items: FormSchema): Kind {
  if (kindOf(items) === 'text') return 'list';
  const columns = Object.values(items.properties ?? {});
  return columns.length > 0 && columns.every((column) => kindOf(column) === 'text') ? 'rows' : 'json';
}

/** Fields of an object's JSON Schema: text, numbers with unit and range, choices, switches, lists, tables. */
export function SchemaForm({ schema, value, onChange, path, facts, without = [] }: FormProps) {
  const fields = Object.entries(schema.properties ?? {}).filter(([key, one]) => !without.includes(key) && one.const === undefined); // prettier-ignore
  return (
    <div className="schema-form">
      {fields.map(([key, one]) => (
        <Field
          key={key}
          schema={one}
          path={path === '' ? key : `${path}.${key}`}
          value={at(value, [key])}
          required={schema.required?.includes(key) === true && one.default === undefined}
          onChange={(next) => onChange(withAt(value, [key], next))}
          facts={facts}
        />
      ))}
    </div>
  );
}

interface FieldProps {
  readonly schema: FormSchema;
  readonly path: string;
  /** Undefined: not said. */
  readonly value: unknown;
  readonly required: boolean;
  readonly onChange: (value: unknown) => void;
  readonly facts: FormFacts;
}

function Field(props: FieldProps) {
  const { schema, path, value, onChange, facts } = props;
  if (kindOf(schema) !== 'section') return <ValueField {...props} />;
  return (
    <fieldset className="schema-section">
      <legend>{facts.label(path)}</legend>
      <SchemaForm schema={schema} path={path} value={isObject(value) ? value : {}} onChange={(next) => onChange(Object.keys(next).length === 0 ? undefined : next)} facts={facts} />
    </fieldset>
  );
} // prettier-ignore

/** One value with its name, unit, range, default, what lies over it, and what is wrong. */
function ValueField(props: FieldProps) {
  const { t } = useTranslation();
  const { schema, path, value, required, onChange, facts } = props;
  const id = useId();
  const help = facts.help(path, schema.description);
  const told = facts.problem(path);
  const problem = told === null ? null : (plainProblem(schema, value, t) ?? told);
  const over = facts.over(path);
  const changed = value !== undefined && schema.default !== undefined && !isSame(value, schema.default);
  const { minimum, maximum } = schema;
  const range = minimum === undefined || maximum === undefined || maximum > 1e9 ? null : `${minimum}–${maximum}`;
  const unit = facts.unit(path);
  return (
    <div className={`schema-field ${problem === null ? '' : 'wrong'}`} data-path={path}>
      <label htmlFor={id}>
        {facts.label(path)} {required ? <span className="dim">{t('form.required')}</span> : null}
      </label>
      <div className="schema-input">
        <Input {...props} id={id} described={`${id}-about`} isWrong={problem !== null} />
        {unit === null ? null : <span className="dim">{unit}</span>}
        {changed ? (
          <button type="button" className="button small" title={t('form.toDefault', { value: shown(schema.default) })} aria-label={`${facts.label(path)}: ${t('form.toDefault', { value: shown(schema.default) })}`} onClick={() => onChange(undefined)}>
            <RotateCcw size={12} aria-hidden="true" /> {shown(schema.default)}
          </button>
        ) : null}
      </div>
      <p id={`${id}-about`} className="schema-about">
        {problem === null ? null : <span className="wrong-text" role="alert">{problem} </span>}
        {help === null ? null : <span>{help} </span>}
        {range === null || problem !== null ? null : <span className="nowrap">{t('form.range', { range })} </span>}
        {schema.default === undefined || changed || kindOf(schema) === 'switch' ? null : <span className="nowrap">{t('form.isDefault')}</span>}
        {over === null ? null : <strong className="schema-over">{t('form.over', { value: over })}</strong>}
      </p>
    </div>
  );
} // prettier-ignore

/** What is commonly wrong, in the panel's language; null: something else. */
function plainProblem(schema: FormSchema, value: unknown, t: TFunction): string | null {
  const { minimum, maximum } = schema;
  if (value === undefined || value === '') return t('form.missing');
  if (kindOf(schema) !== 'number') return null;
  if (typeof value !== 'number') return t('form.noNumber');
  const isOut = (minimum !== undefined && value < minimum) || (maximum !== undefined && value > maximum);
  return isOut ? t('form.outOfRange', { range: `${minimum ?? ''}–${maximum ?? ''}` }) : null;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 24 ? `${text.slice(0, 23)}…` : text === '' || text === 'null' ? '–' : text;
}

function Input(props: FieldProps & { id: string; described: string; isWrong: boolean }): ReactNode {
  const { schema, value, onChange, id, described, isWrong } = props;
  const { t } = useTranslation();
  const said = value === undefined ? schema.default : value;
  const common = { id, 'aria-describedby': described, 'aria-invalid': isWrong };
  switch (kindOf(schema)) {
    case 'switch':
      return <input {...common} type="checkbox" role="switch" checked={said === true} onChange={(event) => onChange(event.target.checked)} />;
    case 'choice':
      return (
        <select {...common} value={said === undefined ? '' : String(said)} onChange={(event) => onChange(event.target.value === '' ? undefined : schema.enum?.find((one) => String(one) === event.target.value))}>
          {schema.default === undefined ? <option value="">{t('form.choose')}</option> : null}
          {schema.enum?.map((one) => <option key={String(one)}>{String(one)}</option>)}
        </select>
      );
    case 'number':
      return <NumberInput {...common} schema={schema} value={said} onChange={onChange} />;
    case 'list':
      return <ListField {...common} value={Array.isArray(said) ? said.map(String) : []} onChange={onChange} />;
    case 'rows':
      return <RowsField {...common} columns={Object.keys(schema.items?.properties ?? {})} value={Array.isArray(said) ? said.filter(isObject) : []} onChange={onChange} />;
    case 'table':
      return <TableField {...common} value={isObject(said) ? said : {}} onChange={onChange} />;
    case 'json':
      return <TextAreaField {...common} value={said} onChange={onChange} />;
    default:
      return <TextInput {...common} schema={schema} value={said} onChange={onChange} />;
  }
} // prettier-ignore

interface InputProps {
  readonly id: string;
  readonly schema: FormSchema;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function TextInput({ schema, value, onChange, ...common }: InputProps) {
  const isNullable = typesOf(schema).includes('null');
  const change = (text: string) => onChange(text !== '' ? text : isNullable ? null : schema.default === undefined ? undefined : ''); // prettier-ignore
  return <input {...common} type="text" spellCheck={false} autoComplete="off" value={value === null || value === undefined ? '' : String(value)} onChange={(event) => change(event.target.value)} />; // prettier-ignore
}

/** Takes what was typed as it is: half a number is said to be wrong, not taken away. */
function NumberInput({ schema, value, onChange, ...common }: InputProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const change = (text: string) => {
    setTyped(text);
    const number = Number(text);
    onChange(text.trim() === '' || !Number.isFinite(number) ? text : number);
  };
  const { minimum, maximum } = schema;
  const step = typesOf(schema).includes('integer') ? 1 : 'any';
  return <input {...common} type="number" inputMode="decimal" min={minimum} max={maximum} step={step} value={typed ?? (value === undefined ? '' : String(value))} onChange={(event) => change(event.target.value)} onBlur={() => setTyped(null)} />; // prettier-ignore
}

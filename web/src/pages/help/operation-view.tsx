/** One operation of the API: closed to a line, opened to parameters, body and answer. */
import { StateMark } from '../../components/notice.tsx';
import { type Operation, type Schema, typeWords } from './api-document.ts';
import { SchemaTable } from './schema-table.tsx';
import './operation-view.css';

interface OperationViewProps {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** Opens by the browser's own disclosure, so that the keyboard works as everywhere. */
export function OperationView({ method, path, operation, schemas }: OperationViewProps) {
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const answers = Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith('2'));
  return (
    <details className="tg-operation">
      <summary>
        <span className={`tg-method tg-method-${method.toLowerCase()}`}>{method}</span>
        <code className="tg-mono">{path}</code>
        <span className="tg-dim">{operation.summary}</span>
      </summary>
      <div className="tg-stack tg-operation-body">
        <div className="tg-actions">
          <StateMark tone="plain">{operation['x-tollgate-access'] ?? 'public'}</StateMark>
          {operation['x-tollgate-step-up'] && <StateMark tone="note">needs a fresh password check</StateMark>}
          {operation.operationId && <code className="tg-mono tg-dim">{operation.operationId}</code>}
        </div>
        {operation.description && <p className="tg-flat">{operation.description}</p>}
        {operation.parameters && operation.parameters.length > 0 && (
          <section>
            <h3 className="tg-h3">Parameters</h3>
            <SchemaTable
              rows={operation.parameters.map((parameter) => ({
                name: parameter.name,
                type: typeWords(parameter.schema),
                required: parameter.required === true,
                text: [parameter.in === 'path' ? 'in the path' : 'query', parameter.description]
                  .filter(Boolean)
                  .join(': '),
              }))}
            />
          </section>
        )}
        {body && <Shape title="Body" schema={body} schemas={schemas} />}
        {answers.map(([status, answer]) => {
          const [type, content] = Object.entries(answer.content ?? {})[0] ?? [];
          return content?.schema && type === 'application/json' ? (
            <Shape key={status} title={`Answer ${status}`} schema={content.schema} schemas={schemas} />
          ) : (
            <p key={status} className="tg-flat">
              <strong>Answer {status}</strong> {type ?? 'without a body'}
            </p>
          );
        })}
      </div>
    </details>
  );
}

interface ShapeProps {
  readonly title: string;
  readonly schema: Schema;
  readonly schemas: Readonly<Record<string, Schema>>;
}

function Shape({ title, schema, schemas }: ShapeProps) {
  const resolved = resolve(schema, schemas);
  const required = new Set(resolved.required ?? []);
  const rows = Object.entries(resolved.properties ?? {}).flatMap(([name, property]) => [
    row(name, property, required.has(name)),
    ...inner(name, property, schemas),
  ]);
  return (
    <section>
      <h3 className="tg-h3">
        {title} <span className="tg-dim">{typeWords(schema)}</span>
      </h3>
      {rows.length > 0 && <SchemaTable rows={rows} />}
    </section>
  );
}

/** Members of nested objects and of the members of arrays, one level down. */
function inner(name: string, property: Schema, schemas: Readonly<Record<string, Schema>>) {
  const item = property.items ? resolve(property.items, schemas) : resolve(property, schemas);
  const prefix = property.items ? `${name}[].` : `${name}.`;
  const required = new Set(item.required ?? []);
  return Object.entries(item.properties ?? {}).map(([member, schema]) =>
    row(prefix + member, schema, required.has(member)),
  );
}

function row(name: string, schema: Schema, required: boolean) {
  const fallback = schema.default === undefined ? '' : ` Default ${JSON.stringify(schema.default)}.`;
  return { name, type: typeWords(schema), required, text: (schema.description ?? '') + fallback };
}

function resolve(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const found = schema.$ref ? schemas[schema.$ref.split('/').at(-1) ?? ''] : undefined;
  if (found) return found;
  const object = schema.anyOf?.find((choice) => choice.$ref || choice.properties);
  return object ? resolve(object, schemas) : schema;
}

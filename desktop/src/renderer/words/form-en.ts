/** English words of forms that are drawn from a schema. */
export const formEn = {
  form: {
    required: 'needed',
    range: '{{range}}.',
    isDefault: 'Default.',
    toDefault: 'back to the default {{value}}',
    over: 'The cloud side has set {{value}}, which counts.',
    choose: '– choose –',
    lines: 'one a line',
    name: 'Name',
    value: 'value',
    addRow: 'One more',
    removeRow: 'Remove {{name}}',
    missing: 'This is needed.',
    noNumber: 'Expected a number.',
    outOfRange: 'Expected {{range}}.',
    noJson: 'Line {{line}}: {{why}}',
  },
}; // prettier-ignore

metadata description = 'Puts named values into the documents of resources that take none.'

@export()
@description('The text with each {{name}} replaced by its value.')
func resolve(text string, values object) string =>
  reduce(items(values), text, (current, value) => replace(string(current), '{{${value.key}}}', string(value.value)))

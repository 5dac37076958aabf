(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
(class_declaration name: (identifier) @name) @definition.class
(class name: (identifier) @name) @definition.class
(method_definition name: (_) @name) @definition.method
(field_definition property: (_) @name) @definition.field
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression) (generator_function)]) @definition.function
(variable_declarator name: (identifier) @name value: (class)) @definition.class
(program (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant))
(program (variable_declaration (variable_declarator name: (identifier) @name) @definition.constant))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant)))
(program (export_statement (variable_declaration (variable_declarator name: (identifier) @name) @definition.constant)))
(assignment_expression left: [(identifier) @name (member_expression property: (property_identifier) @name)] right: [(arrow_function) (function_expression)]) @definition.function
(program (expression_statement (assignment_expression left: (member_expression property: (property_identifier) @name)) @definition.constant))
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression)]) @definition.method
(program [(lexical_declaration (variable_declarator name: [(object_pattern [(shorthand_property_identifier_pattern) @name (pair_pattern value: (identifier) @name) (rest_pattern (identifier) @name) (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)]) (array_pattern [(identifier) @name (assignment_pattern left: (identifier) @name)])]) @definition.constant) (export_statement (lexical_declaration (variable_declarator name: [(object_pattern [(shorthand_property_identifier_pattern) @name (pair_pattern value: (identifier) @name) (rest_pattern (identifier) @name) (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)]) (array_pattern [(identifier) @name (assignment_pattern left: (identifier) @name)])]) @definition.constant))])
(method_definition name: (property_identifier) @_constructor body: (statement_block (expression_statement (assignment_expression left: (member_expression object: (this) property: [(property_identifier) (private_property_identifier)] @name)) @definition.field)) (#eq? @_constructor "constructor"))
(export_statement !source (export_clause (export_specifier alias: (identifier) @name)) @definition.constant)

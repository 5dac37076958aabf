(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
(function_signature name: (identifier) @name) @definition.function
(class_declaration name: (type_identifier) @name) @definition.class
(class name: (type_identifier) @name) @definition.class
(abstract_class_declaration name: (type_identifier) @name) @definition.class
(interface_declaration name: (type_identifier) @name) @definition.interface
(type_alias_declaration name: (type_identifier) @name) @definition.type
(enum_declaration name: (identifier) @name) @definition.enum
(internal_module name: (_) @name) @definition.module
(module name: (identifier) @name) @definition.module
(method_definition name: (_) @name) @definition.method
(method_signature name: (_) @name) @definition.method
(abstract_method_signature name: (_) @name) @definition.method
(public_field_definition name: (_) @name) @definition.field
(property_signature name: (property_identifier) @name) @definition.field
(enum_assignment name: (property_identifier) @name) @definition.field
(enum_body name: (property_identifier) @name @definition.field)
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression) (generator_function)]) @definition.function
(variable_declarator name: (identifier) @name value: (class)) @definition.class
(program (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant))
(program (variable_declaration (variable_declarator name: (identifier) @name) @definition.constant))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant)))
(program (export_statement (variable_declaration (variable_declarator name: (identifier) @name) @definition.constant)))
(ambient_declaration (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant))
(assignment_expression left: [(identifier) @name (member_expression property: (property_identifier) @name)] right: [(arrow_function) (function_expression)]) @definition.function
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression)]) @definition.method
(program [(lexical_declaration (variable_declarator name: [(object_pattern [(shorthand_property_identifier_pattern) @name (pair_pattern value: (identifier) @name) (rest_pattern (identifier) @name) (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)]) (array_pattern [(identifier) @name (assignment_pattern left: (identifier) @name)])]) @definition.constant) (export_statement (lexical_declaration (variable_declarator name: [(object_pattern [(shorthand_property_identifier_pattern) @name (pair_pattern value: (identifier) @name) (rest_pattern (identifier) @name) (object_assignment_pattern left: (shorthand_property_identifier_pattern) @name)]) (array_pattern [(identifier) @name (assignment_pattern left: (identifier) @name)])]) @definition.constant))])
(internal_module body: (statement_block [(lexical_declaration (variable_declarator name: [(identifier) @name (object_pattern (shorthand_property_identifier_pattern) @name)]) @definition.constant) (export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant))]))
(module body: (statement_block [(lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant) (variable_declaration (variable_declarator name: (identifier) @name) @definition.constant) (export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant))]))
(module name: (string (string_fragment) @name)) @definition.module
(ambient_declaration (variable_declaration (variable_declarator name: (identifier) @name) @definition.constant))
(ambient_declaration (statement_block [(lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant) (variable_declaration (variable_declarator name: (identifier) @name) @definition.constant)]))
(required_parameter ["readonly" (accessibility_modifier) (override_modifier)] pattern: (identifier) @name) @definition.field
(enum_assignment name: (string (string_fragment) @name)) @definition.field
(property_signature name: (string (string_fragment) @name)) @definition.field
(method_definition name: (property_identifier) @_constructor body: (statement_block (expression_statement (assignment_expression left: (member_expression object: (this) property: [(property_identifier) (private_property_identifier)] @name)) @definition.field)) (#eq? @_constructor "constructor"))
(import_require_clause . (identifier) @name) @definition.module
(import_alias . (identifier) @name) @definition.type
(export_statement !source (export_clause (export_specifier alias: (identifier) @name)) @definition.constant)
(program (expression_statement (assignment_expression left: (member_expression property: (property_identifier) @name)) @definition.constant))

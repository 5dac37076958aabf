(module_definition (module_binding (module_name) @name)) @definition.module
(module_type_definition (module_type_name) @name) @definition.interface
(class_definition (class_binding (class_name) @name)) @definition.class
(class_type_definition (class_type_binding (class_type_name) @name)) @definition.class
(method_definition (method_name) @name) @definition.method
(type_definition (type_binding name: [(type_constructor) @name (type_constructor_path (type_constructor) @name)]) @definition.type)
(constructor_declaration (constructor_name) @name) @definition.enum_variant
(field_declaration (field_name) @name) @definition.field
(exception_definition (constructor_declaration (constructor_name) @name)) @definition.class
(external (value_name) @name) @definition.function
(value_definition (let_binding pattern: (value_name) @name (parameter)) @definition.function)
(value_definition (let_binding pattern: (value_name) @name body: [(fun_expression) (function_expression)]) @definition.function)
(compilation_unit (value_definition (let_binding pattern: (value_name) @name) @definition.constant))
(compilation_unit (value_definition (let_binding pattern: (parenthesized_pattern (tuple_pattern (value_name) @name))) @definition.constant))
(structure (value_definition (let_binding pattern: (value_name) @name) @definition.constant))
(value_specification (value_name) @name) @definition.function
(value_definition (let_binding pattern: (parenthesized_operator (_) @name)) @definition.operator)

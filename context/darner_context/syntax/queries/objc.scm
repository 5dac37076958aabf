(function_definition declarator: (function_declarator declarator: (identifier) @name)) @definition.function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name))) @definition.function
(class_interface . (identifier) @name) @definition.class
(class_implementation . (identifier) @name) @definition.class
(protocol_declaration . (identifier) @name) @definition.interface
(method_declaration . (_) . (identifier) @name) @definition.method
(method_definition . (_) . (identifier) @name) @definition.method
(method_declaration . (identifier) @name) @definition.method
(method_definition . (identifier) @name) @definition.method
(property_declaration (struct_declaration (struct_declarator [(identifier) @name (pointer_declarator (identifier) @name) (pointer_declarator declarator: (identifier) @name)]))) @definition.field
(type_definition declarator: (type_identifier) @name) @definition.type
(type_definition declarator: (pointer_declarator declarator: (type_identifier) @name)) @definition.type
(type_definition declarator: (function_declarator declarator: (parenthesized_declarator [(block_pointer_declarator declarator: (type_identifier) @name) (pointer_declarator declarator: (type_identifier) @name)]))) @definition.type
(struct_specifier name: (type_identifier) @name body: (_)) @definition.class
(enum_specifier name: (type_identifier) @name body: (_)) @definition.enum
(enumerator name: (identifier) @name) @definition.field
(field_declaration declarator: (field_identifier) @name) @definition.field
(translation_unit (declaration declarator: [(identifier) @name (pointer_declarator declarator: (identifier) @name) (init_declarator declarator: [(identifier) @name (pointer_declarator declarator: (identifier) @name)])]) @definition.constant)
(translation_unit (declaration declarator: (function_declarator declarator: (identifier) @name)) @definition.function)
(preproc_def name: (identifier) @name) @definition.macro
(preproc_function_def name: (identifier) @name) @definition.macro

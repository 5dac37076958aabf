(function_declaration name: (identifier) @name) @definition.function
(source_file (variable_declaration . (identifier) @name) @definition.constant)
(source_file (variable_declaration . (identifier) @name (struct_declaration)) @definition.class)
(source_file (variable_declaration . (identifier) @name (enum_declaration)) @definition.enum)
(source_file (variable_declaration . (identifier) @name (union_declaration)) @definition.class)
(struct_declaration (variable_declaration . (identifier) @name) @definition.constant)
(struct_declaration (variable_declaration . (identifier) @name [(struct_declaration) (union_declaration) (enum_declaration)]) @definition.class)
(enum_declaration (variable_declaration . (identifier) @name) @definition.constant)
(union_declaration (variable_declaration . (identifier) @name) @definition.constant)
(error_set_declaration (identifier) @name @definition.field)
(container_field name: (identifier) @name) @definition.field
(test_declaration (string (string_content) @name)) @definition.function

(function_declaration name: (identifier) @name) @definition.function
(source_file (variable_declaration . (identifier) @name) @definition.constant)
(source_file (variable_declaration . (identifier) @name (struct_declaration)) @definition.class)
(source_file (variable_declaration . (identifier) @name (enum_declaration)) @definition.enum)
(source_file (variable_declaration . (identifier) @name (union_declaration)) @definition.class)
(container_field name: (identifier) @name) @definition.field

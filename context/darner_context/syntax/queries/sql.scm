(create_table (object_reference name: (identifier) @name)) @definition.class
(create_view (object_reference name: (identifier) @name)) @definition.class
(create_materialized_view (object_reference name: (identifier) @name)) @definition.class
(create_function (object_reference name: (identifier) @name)) @definition.function
(create_procedure (object_reference name: (identifier) @name) . (function_arguments)) @definition.function
(create_trigger (keyword_trigger) . (object_reference name: (identifier) @name)) @definition.function
(create_type (object_reference name: (identifier) @name)) @definition.type
(create_sequence (object_reference name: (identifier) @name)) @definition.constant
(create_schema (identifier) @name) @definition.module
(create_index column: (identifier) @name) @definition.constant
(column_definition name: (identifier) @name) @definition.field

(package_clause name: (package_identifier) @name) @definition.module
(package_object name: (_) @name) @definition.class
(trait_definition name: (identifier) @name) @definition.interface
(enum_definition name: (identifier) @name) @definition.enum
(simple_enum_case name: (identifier) @name) @definition.class
(full_enum_case name: (identifier) @name) @definition.class
(class_definition name: (identifier) @name) @definition.class
(object_definition name: (identifier) @name) @definition.class
(function_definition name: (_) @name) @definition.function
(function_declaration name: (_) @name) @definition.function
(val_definition pattern: [(identifier) @name (identifiers (identifier) @name) (tuple_pattern (identifier) @name)]) @definition.constant
(var_definition pattern: [(identifier) @name (identifiers (identifier) @name) (tuple_pattern (identifier) @name)]) @definition.constant
(given_definition name: (identifier) @name) @definition.constant
(val_declaration name: (identifier) @name) @definition.constant
(var_declaration name: (identifier) @name) @definition.constant
(type_definition name: (type_identifier) @name) @definition.type
(class_parameter name: (identifier) @name) @definition.field

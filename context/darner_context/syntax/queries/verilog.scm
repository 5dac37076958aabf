(module_declaration (module_header (simple_identifier) @name)) @definition.class
(interface_declaration (_ (interface_identifier (simple_identifier) @name))) @definition.interface
(package_declaration (package_identifier (simple_identifier) @name)) @definition.module
(class_declaration (class_identifier (simple_identifier) @name)) @definition.class
(function_declaration (function_body_declaration (function_identifier (function_identifier (simple_identifier) @name)))) @definition.function
(task_declaration (task_body_declaration (task_identifier (task_identifier (simple_identifier) @name)))) @definition.function
(param_assignment (parameter_identifier (simple_identifier) @name)) @definition.constant
(type_declaration (simple_identifier) @name .) @definition.type

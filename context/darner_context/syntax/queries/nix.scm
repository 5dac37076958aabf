(binding attrpath: (attrpath attr: (identifier) @name .) expression: (function_expression)) @definition.function
(source_code (attrset_expression (binding_set (binding attrpath: (attrpath attr: (identifier) @name)) @definition.constant)))
(source_code (let_expression (binding_set (binding attrpath: (attrpath attr: (identifier) @name)) @definition.constant)))
(source_code (function_expression body: (attrset_expression (binding_set (binding attrpath: (attrpath attr: (identifier) @name)) @definition.constant))))
(source_code (function_expression body: (let_expression (binding_set (binding attrpath: (attrpath attr: (identifier) @name)) @definition.constant))))
(source_code (function_expression body: (let_expression body: (attrset_expression (binding_set (binding attrpath: (attrpath attr: (identifier) @name)) @definition.constant)))))

(block . (identifier) . (string_lit (template_literal) @name) . (block_start)) @definition.class
(block . (identifier) . (string_lit) . (string_lit (template_literal) @name)) @definition.class
(body (attribute (identifier) @name) @definition.field)

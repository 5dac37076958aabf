(section (atx_heading heading_content: (inline) @name)) @definition.module
(section (setext_heading heading_content: (paragraph) @name)) @definition.module

function ConvertFrom-HvoJsonNode {
    <#
    .SYNOPSIS
        Returns the value of a node in the XML that the JSON reader of .NET produces.
    .PARAMETER Node
        The element. Its attribute `type` holds the JSON type.
    .OUTPUTS
        System.Object, one of the types that ConvertFrom-HvoJson lists.
    #>
    [CmdletBinding()]
    [OutputType([object])]
    [System.Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseLiteralInitializerForHashtable', '',
        Justification = 'Keys of a hashtable literal are not case-sensitive.')]
    param(
        [Parameter(Mandatory = $true)] [System.Xml.XmlElement] $Node
    )
    switch -CaseSensitive ($Node.GetAttribute('type')) {
        'object' {
            $found = [hashtable]::new([StringComparer]::Ordinal)
            foreach ($child in $Node.ChildNodes) {
                # A key that is not a valid XML name is in an attribute.
                $name = $child.LocalName
                if ($child.HasAttribute('item')) { $name = $child.GetAttribute('item') }
                if ($found.ContainsKey($name)) { throw [FormatException]::new('The JSON repeats a key.') }
                $found[$name] = ConvertFrom-HvoJsonNode -Node $child
            }
            return $found
        }
        'array' {
            $items = [System.Collections.ArrayList]::new()
            foreach ($child in $Node.ChildNodes) { $null = $items.Add((ConvertFrom-HvoJsonNode -Node $child)) }
            return , $items.ToArray()
        }
        'boolean' { return $Node.InnerText -ceq 'true' }
        'null' { return $null }
        default { return $Node.InnerText }
    }
}

function ConvertFrom-HvoJsonNode {
    <#
    .SYNOPSIS
    Turns one node of the JSON reader's XML into a value.
    .PARAMETER Node
    The element; its attribute `type` tells what it is.
    .OUTPUTS
    As ConvertFrom-HvoJson tells.
    #>
    [CmdletBinding()]
    [System.Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseLiteralInitializerForHashtable', '',
        Justification = 'Keys of JSON differ by case; those of a literal do not.')]
    param(
        [Parameter(Mandatory = $true)] [System.Xml.XmlElement] $Node
    )
    switch -CaseSensitive ($Node.GetAttribute('type')) {
        'object' {
            $found = [hashtable]::new([StringComparer]::Ordinal)
            foreach ($child in $Node.ChildNodes) {
                # A key that is no XML name stands in an attribute.
                $name = $child.LocalName
                if ($child.HasAttribute('item')) { $name = $child.GetAttribute('item') }
                if ($found.ContainsKey($name)) { throw [FormatException]::new('The JSON has a key twice.') }
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

function Select-HvoKvpItem {
    <#
    .SYNOPSIS
        Returns the named items of a list of KVP item texts; values are cut at 1,000 characters.
    .DESCRIPTION
        Texts without one of the names are not parsed: a guest may post any number of items.
    .OUTPUTS
        Hashtable of name to value.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter()] [AllowNull()] [AllowEmptyCollection()] [object[]] $Items,
        [Parameter(Mandatory = $true)] [string[]] $Names
    )
    $found = @{}
    foreach ($text in @($Items)) {
        if (-not ($text -is [string]) -or $text.Length -gt 65536) { continue }
        if (-not @($Names | Where-Object { $text.Contains(">$_<") }).Count) { continue }
        $item = ConvertFrom-HvoKvpItem $text
        if ($null -eq $item -or $Names -cnotcontains $item.Name -or $found.ContainsKey($item.Name)) { continue }
        $found[$item.Name] = $item.Data.Substring(0, [Math]::Min(1000, $item.Data.Length))
    }
    return $found
}

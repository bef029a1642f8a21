function ConvertTo-HvoComparableDn {
    <#
    .SYNOPSIS
        Returns a distinguished name in capitals and without spaces between its parts.
    .PARAMETER Text
        The name.
    .OUTPUTS
        System.String, empty if the name has quoted or escaped characters.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Text
    )
    if ($Text.IndexOfAny([char[]]'\"') -ge 0) { return '' }
    return ($Text.Trim() -creplace ' *([,=]) *', '$1').ToUpperInvariant()
}

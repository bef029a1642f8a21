function Get-HvoVersionText {
    <#
    .SYNOPSIS
        Returns the numbers of a version; an empty text for what is none.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Text
    )
    if ($Text -cmatch '^[0-9]{1,5}(\.[0-9]{1,5}){1,3}') { return $Matches[0] }
    return ''
}

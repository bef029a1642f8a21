function Test-HvoAllOrNone {
    <#
    .SYNOPSIS
    Tells whether of a set of fields all or none are there.
    .PARAMETER Fields
    The fields.
    .PARAMETER Name
    Names of the set.
    .OUTPUTS
    System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Fields,
        [Parameter(Mandatory = $true)] [string[]] $Name
    )
    $present = 0
    foreach ($one in $Name) { if ($Fields.ContainsKey($one)) { $present++ } }
    $present -eq 0 -or $present -eq $Name.Length
}

function Test-HvoAllOrNone {
    <#
    .SYNOPSIS
        Returns whether either all fields of a set are present or none of them.
    .PARAMETER Fields
        The fields.
    .PARAMETER Name
        Names of the fields in the set.
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
    foreach ($field in $Name) { if ($Fields.ContainsKey($field)) { $present++ } }
    return $present -eq 0 -or $present -eq $Name.Length
}

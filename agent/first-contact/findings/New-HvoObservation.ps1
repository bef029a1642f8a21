function New-HvoObservation {
    <#
    .SYNOPSIS
        Returns what a check has observed, and whether that differs from the assumption; null for unknown.
    .OUTPUTS
        Object with Observed and Differs.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [string] $Observed,
        [Parameter()] [AllowNull()] [object] $Differs = $null
    )
    return [PSCustomObject]@{ Observed = $Observed; Differs = $Differs }
}

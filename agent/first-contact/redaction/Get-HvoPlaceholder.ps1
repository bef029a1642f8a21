function Get-HvoPlaceholder {
    <#
    .SYNOPSIS
        Returns the placeholder of a value, such as <host-1>: always the same for the same value, whatever its case.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Placeholder,
        [Parameter(Mandatory = $true)] [string] $Kind,
        [Parameter(Mandatory = $true)] [string] $Value
    )
    if ($Placeholder.Values.ContainsKey($Value)) { return $Placeholder.Values[$Value] }
    if (-not $Placeholder.Counts.ContainsKey($Kind)) { $Placeholder.Counts[$Kind] = 0 }
    $Placeholder.Counts[$Kind] += 1
    $Placeholder.Values[$Value] = "<$Kind-$($Placeholder.Counts[$Kind])>"
    return $Placeholder.Values[$Value]
}

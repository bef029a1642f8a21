function ConvertFrom-HvoTimestamp {
    <#
    .SYNOPSIS
        Returns the time of a timestamp of the agent's in UTC, or null if it cannot be read.
    .DESCRIPTION
        ConvertFrom-Json of PowerShell 7 returns a DateTime, that of Windows PowerShell a string.
    .OUTPUTS
        DateTime in UTC, or null.
    #>
    [CmdletBinding()]
    [OutputType([DateTime])]
    param(
        [Parameter()] [AllowNull()] [object] $Value
    )
    if ($Value -is [DateTime]) { return $Value.ToUniversalTime() }
    $styles = [System.Globalization.DateTimeStyles]::AdjustToUniversal -bor [System.Globalization.DateTimeStyles]::AssumeUniversal
    $time = [DateTime]::MinValue
    $invariant = [System.Globalization.CultureInfo]::InvariantCulture
    if ([DateTime]::TryParse([string]$Value, $invariant, $styles, [ref] $time)) { return $time }
    return $null
}

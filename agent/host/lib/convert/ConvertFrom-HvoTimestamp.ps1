function ConvertFrom-HvoTimestamp {
    <#
    .SYNOPSIS
        Returns the time that a timestamp of ours tells, in UTC, or null if it tells none.
    .DESCRIPTION
        ConvertFrom-Json of PowerShell 7 has already made a DateTime of it, that of Windows PowerShell has not.
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

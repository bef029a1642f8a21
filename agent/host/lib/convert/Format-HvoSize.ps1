function Format-HvoSize {
    <#
    .SYNOPSIS
        Returns a number of bytes as GB with one decimal.
    .OUTPUTS
        String, for example 20.0
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [long] $Bytes
    )
    return ($Bytes / 1073741824).ToString('0.0', [System.Globalization.CultureInfo]::InvariantCulture)
}

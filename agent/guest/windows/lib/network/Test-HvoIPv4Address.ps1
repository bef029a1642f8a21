function Test-HvoIPv4Address {
    <#
    .SYNOPSIS
        Returns whether a value is an IPv4 address in its canonical form.
    .PARAMETER Text
        The value.
    .OUTPUTS
        System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter()] [AllowNull()] [object] $Text
    )
    $address = [System.Net.IPAddress]::None
    if ($Text -isnot [string] -or -not [System.Net.IPAddress]::TryParse($Text, [ref]$address)) { return $false }
    return $address.AddressFamily -eq 'InterNetwork' -and [string]$address -ceq $Text
}

function Get-HvoMacAddress {
    <#
    .SYNOPSIS
        Returns the MAC address of one of a machine's adapters: unicast, locally administered, the same on every host.
    .DESCRIPTION
        46 bits of a SHA-256 digest, so that no range of addresses has to be shared out between hosts.
    .OUTPUTS
        String: 12 hexadecimal digits in upper case.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $MachineUid,
        [Parameter(Mandatory = $true)] [int] $Index
    )
    $bytes = [byte[]](Get-HvoSha256 -Bytes ([System.Text.Encoding]::ASCII.GetBytes("$MachineUid/$Index")))[0..5]
    # Of the first byte, the lowest bit means multicast and the second means locally administered.
    $bytes[0] = ($bytes[0] -band 0xFC) -bor 0x02
    return (ConvertTo-HvoHex $bytes).ToUpperInvariant()
}

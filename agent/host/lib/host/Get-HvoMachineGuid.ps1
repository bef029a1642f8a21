function Get-HvoMachineGuid {
    <#
    .SYNOPSIS
        Returns the MachineGuid of the Windows installation.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $key = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Cryptography' -Name 'MachineGuid'
    return ([string]$key.MachineGuid).ToLowerInvariant()
}

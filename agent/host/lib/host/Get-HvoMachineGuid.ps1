function Get-HvoMachineGuid {
    <#
    .SYNOPSIS
        Returns the GUID that Windows gave this installation.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $key = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Cryptography' -Name 'MachineGuid'
    return ([string]$key.MachineGuid).ToLowerInvariant()
}

function Get-HvoSmbiosUuid {
    <#
    .SYNOPSIS
        Returns the SMBIOS UUID of this VM. A new VM with the same disk has another one.
    .OUTPUTS
        System.String, in lower case.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    return ([string](Get-CimInstance -ClassName Win32_ComputerSystemProduct).UUID).ToLowerInvariant()
}

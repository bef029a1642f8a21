function Get-HvoComputerName {
    <#
    .SYNOPSIS
        Returns the name of this host, as its failover cluster knows it.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    return [string](Get-VMHost).ComputerName
}

function Get-HvoClusterName {
    <#
    .SYNOPSIS
        Returns the name of the failover cluster that this host is a node of, or null if none answers.
    .OUTPUTS
        String, or null.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    if (-not (Get-Command -Name 'Get-Cluster' -ErrorAction SilentlyContinue)) { return $null }
    try { return [string](Get-Cluster -ErrorAction Stop).Name } catch { return $null }
}

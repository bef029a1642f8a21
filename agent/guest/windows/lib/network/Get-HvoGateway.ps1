function Get-HvoGateway {
    <#
    .SYNOPSIS
        Returns the next hops of the IPv4 default routes of an interface.
    .DESCRIPTION
        All routes of the computer are read and selected here, for the reason that Get-HvoAddress gives.
    .PARAMETER InterfaceIndex
        The interface.
    .OUTPUTS
        System.String
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [int] $InterfaceIndex
    )
    foreach ($route in @(Get-NetRoute -ErrorAction Stop)) {
        if ([int]$route.InterfaceIndex -ne $InterfaceIndex) { continue }
        if ([string]$route.DestinationPrefix -ceq '0.0.0.0/0') { [string]$route.NextHop }
    }
}
